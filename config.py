"""The settings of each process, under the name by which the web server knows them."""

from portal.config.processes import (
    PublicConfig,
    Shared,
    StaffConfig,
    WorkerConfig,
    database_urls,
    has_deployment,
    instance_folder,
    load,
    load_public,
    load_staff,
    load_worker,
    port,
)

__all__ = [
    "PublicConfig",
    "Shared",
    "StaffConfig",
    "WorkerConfig",
    "database_urls",
    "has_deployment",
    "instance_folder",
    "load",
    "load_public",
    "load_staff",
    "load_worker",
    "port",
]
