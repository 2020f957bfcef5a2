# Run by azd after the resources are there, where there is no sh. Does what postprovision.sh does.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

function Stop-Unchanged([string] $reason) {
  [Console]::Error.WriteLine("$reason Nothing was changed.")
  exit 1
}

$root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
foreach ($tool in 'az', 'psql', 'dotnet') {
  if (-not (Get-Command $tool -ErrorAction SilentlyContinue)) { Stop-Unchanged "'$tool' is missing: install it and run 'azd hooks run postprovision'." }
}
try { az account show *> $null } catch { Stop-Unchanged "Nobody is signed in: run 'az login' and then 'azd hooks run postprovision'." }
if (-not $env:AZURE_POSTGRES_HOST) { Stop-Unchanged "Run this hook by azd: 'azd hooks run postprovision'." }

if ($env:AZURE_VNET_ENABLED -eq 'true' -and $env:ATELIER_INSIDE_VNET -ne 'true') {
  Write-Output "PostgreSQL can only be reached from the private network: set ATELIER_INSIDE_VNET=true and run 'azd hooks run postprovision' on a machine in it."
}
else {
  $env:PGPASSWORD = az account get-access-token --resource-type oss-rdbms --query accessToken --output tsv
  $env:PGHOST = $env:AZURE_POSTGRES_HOST
  $env:PGUSER = $env:AZURE_POSTGRES_ADMINISTRATOR
  $env:PGSSLMODE = 'verify-full'
  $env:PGSSLROOTCERT = 'system'
  function Invoke-Atelier {
    $env:ConnectionStrings__Postgres = "Host=$env:PGHOST;Database=$env:AZURE_POSTGRES_DATABASE;Username=$env:PGUSER;Password=$env:PGPASSWORD;SSL Mode=VerifyFull"
    dotnet "$root/FunctionApp/bin/Debug/net10.0/FunctionApp.dll" @args
  }

  # Not 'dotnet run', which starts the Functions host.
  dotnet build "$root/FunctionApp" --verbosity quiet
  psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set role=$env:AZURE_IDENTITY_NAME --set id=$env:AZURE_IDENTITY_PRINCIPAL_ID --dbname postgres --file "$root/infra/hooks/role.sql"
  Invoke-Atelier migrate
  psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set role=$env:AZURE_IDENTITY_NAME --dbname $env:AZURE_POSTGRES_DATABASE --file "$root/infra/hooks/grants.sql"

  # The database gets the key's hash alone; the key is shown this once.
  if (-not ((Invoke-Atelier keys list) -match ' operator ')) {
    Write-Output "The first operator's key:"
    Invoke-Atelier keys create --user $env:AZURE_POSTGRES_ADMINISTRATOR --operator
  }
}

# For func start on this machine, against the resources of the deployment and with the deployer's own sign-in.
$local = Join-Path $root 'local.settings.json'
if (-not (Test-Path $local)) {
  [ordered]@{
    IsEncrypted = $false
    Values      = [ordered]@{
      FUNCTIONS_WORKER_RUNTIME                = 'dotnet-isolated'
      AzureWebJobsDisableHomepage             = 'true'
      AzureWebJobsStorage                     = 'UseDevelopmentStorage=true'
      ConnectionStrings__Postgres             = "Host=$env:AZURE_POSTGRES_HOST;Database=$env:AZURE_POSTGRES_DATABASE;Username=$env:AZURE_POSTGRES_ADMINISTRATOR;SSL Mode=VerifyFull"
      Database__MigrateOnStart                = 'false'
      Providers__Text                         = 'azure-openai'
      Providers__Image                        = 'azure-openai'
      Providers__AzureOpenAI__Endpoint        = $env:AZURE_AI_ENDPOINT
      Providers__AzureOpenAI__TextDeployment  = $env:AZURE_TEXT_DEPLOYMENT
      Providers__AzureOpenAI__ImageDeployment = $env:AZURE_IMAGE_DEPLOYMENT
      PublicUrl                               = 'http://localhost:7071'
      Access__Mode                            = 'Development'
    }
  } | ConvertTo-Json | Set-Content $local
  Write-Output 'local.settings.json is there for func start; Azurite keeps its orchestrations and images.'
}
Write-Output "Atelier: $env:API_URL"
