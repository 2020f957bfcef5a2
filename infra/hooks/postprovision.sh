#!/bin/sh
# Run by azd after the resources are there. Gives the app's identity its role in PostgreSQL, applies the migrations, makes the first operator's key and
# a local.settings.json. A second run changes nothing that is there.
set -eu

fail() {
  echo "$1 Nothing was changed." >&2
  exit 1
}

root=$(cd "$(dirname "$0")/../.." && pwd)
for tool in az psql dotnet; do
  command -v "$tool" >/dev/null 2>&1 || fail "'$tool' is missing: install it and run 'azd hooks run postprovision'."
done
az account show >/dev/null 2>&1 || fail "Nobody is signed in: run 'az login' and then 'azd hooks run postprovision'."
: "${AZURE_POSTGRES_HOST:?Run this hook by azd: 'azd hooks run postprovision'.}"

if [ "${AZURE_VNET_ENABLED:-false}" = true ] && [ "${ATELIER_INSIDE_VNET:-false}" != true ]; then
  echo "PostgreSQL can only be reached from the private network: run 'ATELIER_INSIDE_VNET=true azd hooks run postprovision' on a machine in it."
else
  PGPASSWORD=$(az account get-access-token --resource-type oss-rdbms --query accessToken --output tsv)
  export PGPASSWORD PGHOST="$AZURE_POSTGRES_HOST" PGUSER="$AZURE_POSTGRES_ADMINISTRATOR" PGSSLMODE=verify-full PGSSLROOTCERT=system
  atelier() {
    ConnectionStrings__Postgres="Host=$PGHOST;Database=$AZURE_POSTGRES_DATABASE;Username=$PGUSER;Password=$PGPASSWORD;SSL Mode=VerifyFull" \
      dotnet "$root/FunctionApp/bin/Debug/net10.0/FunctionApp.dll" "$@"
  }

  # Not 'dotnet run', which starts the Functions host.
  dotnet build "$root/FunctionApp" --verbosity quiet
  psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set role="$AZURE_IDENTITY_NAME" --set id="$AZURE_IDENTITY_PRINCIPAL_ID" \
    --dbname postgres --file "$root/infra/hooks/role.sql"
  atelier migrate
  psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set role="$AZURE_IDENTITY_NAME" --dbname "$AZURE_POSTGRES_DATABASE" --file "$root/infra/hooks/grants.sql"

  # The database gets the key's hash alone; the key is shown this once.
  if ! atelier keys list | grep -q ' operator '; then
    echo "The first operator's key:"
    atelier keys create --user "$AZURE_POSTGRES_ADMINISTRATOR" --operator
  fi
fi

# For func start on this machine, against the resources of the deployment and with the deployer's own sign-in.
if [ ! -e "$root/local.settings.json" ]; then
  cat >"$root/local.settings.json" <<JSON
{
  "IsEncrypted": false,
  "Values": {
    "FUNCTIONS_WORKER_RUNTIME": "dotnet-isolated",
    "AzureWebJobsDisableHomepage": "true",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "ConnectionStrings__Postgres": "Host=$AZURE_POSTGRES_HOST;Database=$AZURE_POSTGRES_DATABASE;Username=$AZURE_POSTGRES_ADMINISTRATOR;SSL Mode=VerifyFull",
    "Database__MigrateOnStart": "false",
    "Providers__Text": "azure-openai",
    "Providers__Image": "azure-openai",
    "Providers__AzureOpenAI__Endpoint": "$AZURE_AI_ENDPOINT",
    "Providers__AzureOpenAI__TextDeployment": "$AZURE_TEXT_DEPLOYMENT",
    "Providers__AzureOpenAI__ImageDeployment": "$AZURE_IMAGE_DEPLOYMENT",
    "PublicUrl": "http://localhost:7071",
    "Access__Mode": "Development"
  }
}
JSON
  echo "local.settings.json is there for func start; Azurite keeps its orchestrations and images."
fi
echo "Atelier: $API_URL"
