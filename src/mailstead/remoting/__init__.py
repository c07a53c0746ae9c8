"""Windows hosts by structured cmdlets: no script text, nothing to quote, nothing to inject.

A driver declares no cmdlets and opens no sessions. It takes a `Remote`, and calls with values:

    from mailstead.remoting.calls import batch
    from mailstead.remoting.cmdlets.hyperv import GetVM, SetVMMemory, SetVMProcessor

    def resize(host: Remote, machine: UUID, *, vcpus: int, memory_mib: int) -> PsObject:
        vm = GetVM(Id=machine)
        answer = host.run(
            batch(
                vm | SetVMProcessor(Count=vcpus),
                vm | SetVMMemory(StartupBytes=memory_mib << 20),
                vm,
            )
        )
        return answer.one("VirtualMachine")

    fleet = Fleet(SystemClock())
    host = fleet.at(Endpoint("hv01.example", "Mailstead.Host", Kerberos("svc-mailstead@EXAMPLE", keytab), trust=ca))
    print(resize(host, machine, vcpus=4, memory_mib=8192).number("MemoryStartup"))

That is one round trip, bound to one machine by its id, and may be repeated. A cmdlet that is called and not yet
declared gets a declaration in `cmdlets/`, a line in `jea/`, and a simulation in tests/standin.

Not here: what is to be on a host (hypervisors, storage, networks), and DNS and Active Directory, which come with them.
"""
