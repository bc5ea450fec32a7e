"""What goes wrong and can be said: an error whose text is for the person who ran it."""


class SpokenError(Exception):
    """Something that can not be done now; its text is a Chinese sentence that says why."""
