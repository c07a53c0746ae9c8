"""A Windows host without Windows: WinRM and PSRP over HTTPS, simulated cmdlets, and the role files that ship.

It accepts the calls that `mailstead.remoting.cmdlets` declares, as far as the role of the session shows them, and
refuses everything else as a real host would. By hand: python -m tests.standin --hosts 3
"""
