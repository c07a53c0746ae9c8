# What the role MailsteadHost shows beside Microsoft's cmdlets: Hyper-V's change tracking, which has none of its own.
# Each function is one call of one WMI method, or one question, and gives what that gave; whether to wait for a job, and
# what a return value means, is decided by mailstead. They act on machines that bear mailstead's mark, and no others.
# Source: https://learn.microsoft.com/windows/win32/hyperv_v2/ (Windows Server 2016 and later). Decision 0222.
Set-StrictMode -Version 1
$ErrorActionPreference = 'Stop'
$Namespace = 'root\virtualization\v2'
$Recovery = 'Microsoft:Hyper-V:Snapshot:Recovery'

function Assert-Ours {
    param([Microsoft.HyperV.PowerShell.VirtualMachine] $VM)
    if ($VM.Notes -notmatch '(?m)^mailstead-machine-1 ') { throw "$($VM.Name) bears no mark of mailstead" }
}

function Select-One {
    param([Parameter(ValueFromPipeline)] $Instance, [string] $What)
    begin { $found = @() }
    process { $found += $Instance }
    end {
        if ($found.Count -ne 1) { Write-Error "$($found.Count) times $What" -Category ObjectNotFound -ErrorId ObjectNotFound }
        $found[0]
    }
}

function Get-ServiceOf {
    param([string] $ClassName)
    @(Get-CimInstance -Namespace $Namespace -ClassName $ClassName)[0]
}

function Get-Recovery {
    param([guid] $VMId)
    $filter = "VirtualSystemIdentifier='$VMId' AND VirtualSystemType='$Recovery'"
    Get-CimInstance -Namespace $Namespace -ClassName Msvm_VirtualSystemSettingData -Filter $filter
}

function Get-Point {
    param([guid] $VMId)
    Get-CimInstance -Namespace $Namespace -ClassName Msvm_VirtualSystemReferencePoint -Filter "VirtualSystemIdentifier='$VMId'"
}

function ConvertTo-Embedded {
    param([string] $ClassName, [hashtable] $Property)
    $class = Get-CimClass -Namespace $Namespace -ClassName $ClassName
    $data = New-CimInstance -CimClass $class -ClientOnly -Property $Property
    $serializer = [Microsoft.Management.Infrastructure.Serialization.CimSerializer]::Create()
    [Text.Encoding]::Unicode.GetString($serializer.Serialize($data, 'None'))
}

function ConvertTo-Outcome {
    param([string] $Method, $Result)
    $job = if ($Result.Job) { $Result.Job.InstanceID } else { '' }
    [pscustomobject]@{ PSTypeName = 'Mailstead.Outcome'; Method = $Method; ReturnValue = [uint32]$Result.ReturnValue; Job = $job }
}

function New-MailsteadSnapshot {
    param(
        [Parameter(Mandatory, ValueFromPipeline)] [Microsoft.HyperV.PowerShell.VirtualMachine] $VM,
        [Parameter(Mandatory)] [byte] $ConsistencyLevel
    )
    process {
        Assert-Ours $VM
        $settings = ConvertTo-Embedded Msvm_VirtualSystemSnapshotSettingData @{
            ConsistencyLevel = $ConsistencyLevel; GuestBackupType = [byte]1; IgnoreNonSnapshottableDisks = $true
        }
        $system = Get-CimInstance -Namespace $Namespace -ClassName Msvm_ComputerSystem -Filter "Name='$($VM.Id)'" |
            Select-One -What "machine $($VM.Id)"
        $arguments = @{ AffectedSystem = $system; SnapshotSettings = $settings; SnapshotType = [uint16]32768 }
        $service = Get-ServiceOf Msvm_VirtualSystemSnapshotService
        ConvertTo-Outcome CreateSnapshot (Invoke-CimMethod -InputObject $service -MethodName CreateSnapshot -Arguments $arguments)
    }
}

function Get-MailsteadSnapshot {
    param([Parameter(Mandatory, ValueFromPipeline)] [Microsoft.HyperV.PowerShell.VirtualMachine] $VM)
    process {
        Assert-Ours $VM
        foreach ($found in @(Get-Recovery $VM.Id)) {
            $disks = @(Get-CimAssociatedInstance -InputObject $found -ResultClassName Msvm_StorageAllocationSettingData)
            [pscustomobject]@{
                PSTypeName = 'Mailstead.Snapshot'; InstanceID = $found.InstanceID; CreationTime = $found.CreationTime
                Paths = [string[]]@($disks | ForEach-Object { $_.HostResource } | Where-Object { $_ -match '\.a?vhdx$' })
            }
        }
    }
}

function Remove-MailsteadSnapshot {
    param(
        [Parameter(Mandatory, ValueFromPipeline)] [Microsoft.HyperV.PowerShell.VirtualMachine] $VM,
        [Parameter(Mandatory)] [string] $SnapshotId
    )
    process {
        Assert-Ours $VM
        $snapshot = Get-Recovery $VM.Id | Where-Object InstanceID -EQ $SnapshotId | Select-One -What "snapshot $SnapshotId"
        $arguments = @{ AffectedSnapshot = $snapshot }
        $service = Get-ServiceOf Msvm_VirtualSystemSnapshotService
        ConvertTo-Outcome DestroySnapshot (Invoke-CimMethod -InputObject $service -MethodName DestroySnapshot -Arguments $arguments)
    }
}

function ConvertTo-MailsteadReferencePoint {
    param(
        [Parameter(Mandatory, ValueFromPipeline)] [Microsoft.HyperV.PowerShell.VirtualMachine] $VM,
        [Parameter(Mandatory)] [string] $SnapshotId
    )
    process {
        Assert-Ours $VM
        $snapshot = Get-Recovery $VM.Id | Where-Object InstanceID -EQ $SnapshotId | Select-One -What "snapshot $SnapshotId"
        $arguments = @{ AffectedSnapshot = $snapshot; ReferencePointSettings = '' }
        $service = Get-ServiceOf Msvm_VirtualSystemSnapshotService
        ConvertTo-Outcome ConvertToReferencePoint (Invoke-CimMethod -InputObject $service -MethodName ConvertToReferencePoint -Arguments $arguments)
    }
}

function Get-MailsteadReferencePoint {
    param([Parameter(Mandatory, ValueFromPipeline)] [Microsoft.HyperV.PowerShell.VirtualMachine] $VM)
    process {
        Assert-Ours $VM
        foreach ($found in @(Get-Point $VM.Id)) {
            [pscustomobject]@{
                PSTypeName = 'Mailstead.ReferencePoint'; InstanceID = $found.InstanceID
                VirtualDiskIdentifiers = [string[]]$found.VirtualDiskIdentifiers
                ResilientChangeTrackingIdentifiers = [string[]]$found.ResilientChangeTrackingIdentifiers
            }
        }
    }
}

function Remove-MailsteadReferencePoint {
    param(
        [Parameter(Mandatory, ValueFromPipeline)] [Microsoft.HyperV.PowerShell.VirtualMachine] $VM,
        [Parameter(Mandatory)] [string] $InstanceId
    )
    process {
        Assert-Ours $VM
        $point = Get-Point $VM.Id | Where-Object InstanceID -EQ $InstanceId | Select-One -What "reference point $InstanceId"
        $arguments = @{ AffectedReferencePoint = $point }
        $service = Get-ServiceOf Msvm_VirtualSystemReferencePointService
        ConvertTo-Outcome DestroyReferencePoint (Invoke-CimMethod -InputObject $service -MethodName DestroyReferencePoint -Arguments $arguments)
    }
}

function Get-MailsteadJob {
    param([Parameter(Mandatory)] [guid] $InstanceId)
    $job = Get-CimInstance -Namespace $Namespace -ClassName CIM_ConcreteJob -Filter "InstanceID='$InstanceId'" |
        Select-One -What "job $InstanceId"
    [pscustomobject]@{
        PSTypeName = 'Mailstead.Job'; JobState = [uint16]$job.JobState; PercentComplete = [uint16]$job.PercentComplete
        ErrorCode = [uint16]$job.ErrorCode; ErrorDescription = "$($job.ErrorDescription)"
    }
}

function Get-MailsteadDiskChange {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $LimitId,
        [Parameter(Mandatory)] [uint64] $ByteOffset,
        [Parameter(Mandatory)] [uint64] $ByteLength
    )
    $arguments = @{ Path = $Path; LimitId = $LimitId; TargetSnapshotId = ''; ByteOffset = $ByteOffset; ByteLength = $ByteLength }
    $service = Get-ServiceOf Msvm_ImageManagementService
    $result = Invoke-CimMethod -InputObject $service -MethodName GetVirtualDiskChanges -Arguments $arguments
    $outcome = ConvertTo-Outcome GetVirtualDiskChanges $result
    $outcome | Add-Member ProcessedByteLength ([uint64]$result.ProcessedByteLength)
    $outcome | Add-Member ChangedByteOffsets ([uint64[]]@($result.ChangedByteOffsets))
    $outcome | Add-Member ChangedByteLengths ([uint64[]]@($result.ChangedByteLengths)) -PassThru
}

Export-ModuleMember -Function *-Mailstead*
