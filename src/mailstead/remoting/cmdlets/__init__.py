"""The cmdlets that we call, each parameter set declared once; a file for each of Microsoft's modules.

What is not declared cannot be sent. tests/remoting hold every declaration against Microsoft's reference and against the
role files in jea/.
"""
