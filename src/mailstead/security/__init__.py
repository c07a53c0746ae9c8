"""Secrets now; operators, roles and the audit trail to come. Certificates have a chapter of their own."""
