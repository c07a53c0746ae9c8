"""The auditor: holds database against world over every port, and names what is missing, double or left behind.

Asking (`gathering`) gives one frozen value (`facts`), rules say what is wrong with it (`rules/`, pure), and what can be
mended safely is mended through the ordinary ways (`mending`).
"""
