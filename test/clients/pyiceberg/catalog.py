"""An unmodified GlueCatalog, pointed at the server by the environment that the test gives."""

import os

from pyiceberg.catalog.glue import GlueCatalog


def open_catalog() -> GlueCatalog:
    return GlueCatalog(
        "lakewarden",
        **{
            "glue.endpoint": os.environ["LAKEWARDEN_URL"],
            "glue.region": "us-east-1",
            "glue.access-key-id": os.environ["AWS_ACCESS_KEY_ID"],
            "glue.secret-access-key": os.environ["AWS_SECRET_ACCESS_KEY"],
            "warehouse": os.environ["WAREHOUSE"],
        },
    )
