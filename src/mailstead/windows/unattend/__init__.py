"""The first file of a Windows machine: the answer file, what holds it to Microsoft's reference, the medium it lies on.

Layout of both: docs/formats/unattend.md.
"""
