# Functions of mailstead's own, shown by role files as cmdlets are: each does one thing that no cmdlet does.
# On an Exchange server it stands in C:\Program Files\WindowsPowerShell\Modules\MailsteadExchange\.

function Repair-RecoveryDatabase {
    # Replays transaction logs into a copy of a database: soft recovery. Eseutil itself cannot be shown by a role, for its
    # /y copies any file and its /p loses mail. Repeating it is no error; a database that is clean stays as it is.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [ValidatePattern('\AE[0-9A-F]{2}\z')] [string] $LogPrefix,
        [Parameter(Mandatory)] [ValidatePattern('\AC:\\mailstead\\recovery(\\[\w .()-]*[\w()-])*\z')] [string] $DatabaseFolder,
        [Parameter(Mandatory)] [ValidatePattern('\AC:\\mailstead\\recovery(\\[\w .()-]*[\w()-])*\z')] [string] $LogFolder
    )
    $eseutil = Join-Path $env:ExchangeInstallPath 'Bin\eseutil.exe'
    $said = & $eseutil /r $LogPrefix /l $LogFolder /s $LogFolder /d $DatabaseFolder
    $result = $LASTEXITCODE
    [pscustomobject] @{ PSTypeName = 'Mailstead.RecoveredDatabase'; ExitCode = [int] $result; Said = [string] ($said | Select-Object -Last 3) }
}

Export-ModuleMember -Function Repair-RecoveryDatabase
