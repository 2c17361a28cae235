"""Workbooks (XLSX, XLS, ODS) read apart from the service, so that no file can hurt it."""
