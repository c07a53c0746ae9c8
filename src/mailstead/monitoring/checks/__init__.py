"""One module per subject: it asks for facts and judges them. Judging is pure; asking goes through the
port.
"""
