"""How processes log: structured lines on stderr."""

import logging
import sys

import structlog


def logs() -> None:
    """Our lines from INFO; the library chatter of others only from WARNING."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
