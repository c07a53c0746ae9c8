"""What a Windows machine is made of inside: roles and features, services, name servers, firewall; and its first file.

Here: comparing that with what is wanted, bringing it about through the guest's own JEA endpoint, and the answer file
(unattend.xml) with which a machine wakes for the first time. Not here: the machine itself (hypervisors), the way into
the Linux appliance (guests), mail (mailservers).
"""
