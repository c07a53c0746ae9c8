"""The one place that names drivers."""
