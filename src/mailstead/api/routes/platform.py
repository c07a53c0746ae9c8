"""/me, /platform, /drift: who asks, and what concerns no tenant alone."""

from fastapi import APIRouter

from mailstead.api.asked import Asked, Read
from mailstead.api.wire.machines import Orders, Usages
from mailstead.api.wire.quarantine import ImageOut, Images, Services, ServiceStatusOut
from mailstead.api.wire.telling import DoctorReport, Drift, FoundOut, MeOut, PlatformOut

router = APIRouter(tags=["platform"])


@router.get("/me")
def get_me(read: Read) -> MeOut:
    """Return who asks, and what they may."""
    return MeOut.of(read.caller)


@router.get("/platform")
def get_platform(read: Read) -> PlatformOut:
    """Return how the platform stands."""
    found = read.platform.get()
    return PlatformOut(name=found.name, quarantine=found.quarantine)


@router.get("/platform/services")
def list_services(read: Read) -> Services:
    """Return what the platform runs on its machine beside machines."""
    return Services(items=[ServiceStatusOut.model_validate(one) for one in read.platform.services()])


@router.get("/platform/images")
def list_images(read: Read) -> Images:
    """Return the guest images that machines start from."""
    return Images(items=[ImageOut.model_validate(one) for one in read.platform.images()])


@router.get("/platform/usage")
def list_usage(read: Read) -> Usages:
    """Ask every host what its running machines have used since their start."""
    return Usages.of(read.hosts.usage())


@router.get("/platform/doctor")
def examine_platform(read: Read) -> DoctorReport:
    """Hold the database against the world. Asks every host: takes its time."""
    return DoctorReport.model_validate(read.platform.examine().as_dict())


@router.post("/platform/doctor/mend", status_code=202)
def mend_platform(asked: Asked) -> Orders:
    """Mend what is safe to mend, as the doctor's findings offer it."""
    return Orders.of(asked.platform.mend())


@router.get("/drift")
def get_drift(read: Read) -> Drift:
    """Return the tenants that differ from what is wanted. Asks every host: takes its time."""
    return Drift(items=[FoundOut.model_validate(found.as_dict()) for found in read.plans.drift()])
