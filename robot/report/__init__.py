"""The daily exception report: what a person must look at, and how to answer it in ten minutes."""

from robot.report.make import make_daily_report

__all__ = ["make_daily_report"]
