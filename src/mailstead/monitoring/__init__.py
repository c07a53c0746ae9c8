"""What is seen of a tenant from outside, what is wrong with it, and the remedy.

Here: looking (`port.py`, `drivers/`), the facts that looking gives (`facts.py`), and judging them
(`checks/`, pure but for the lookups they ask for). Not here: changing anything — a check repairs nothing,
it names what to type; and not what a host or a hypervisor says about itself.
"""
