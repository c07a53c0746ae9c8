"""A tenant's whole life: onboard, change, suspend, resume, remove, purge; and the plan behind each.

The one place that knows all chapters. `parts/` holds, for each chapter, what is wanted and how it is brought about;
`workflow.py` is the runbook that walks through them; `verbs.py` is what command line and API call.
"""
