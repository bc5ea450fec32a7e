"""Prefect flows that are headlines: what is done stands in casework, batches are their tasks."""

import os

# Prefect reads its environment when it is imported, and the modules of this room import it.
NOTHING_TOLD = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
}
os.environ.update(NOTHING_TOLD)

OURS = "peiyu"  # the tag of every run of ours: an office's server may have other tenants
