"""Tests of the protection of tenants."""
