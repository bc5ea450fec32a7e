"""The web side: for now, what tells machines whether all is well."""
