# syntax=docker/dockerfile:1
# Three images of one build:
#   docker build --target app .         Atelier in one process, orchestrations on PostgreSQL
#   docker build --target simulator .   simulated AI providers, for development
#   docker build --target functions .   FunctionApp on Azure Functions' own image

FROM node:22-bookworm-slim AS web
WORKDIR /src
COPY web/package.json web/package-lock.json web/
RUN npm --prefix web ci --no-audit --no-fund
COPY web web
RUN npm --prefix web run build

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# The engine sets it. For one architecture, an image leaves out 400 MB of native libraries for others.
ARG TARGETARCH
WORKDIR /src
COPY . .
COPY --from=web /src/FunctionApp/wwwroot FunctionApp/wwwroot
RUN dotnet publish EmbeddedHost -c Release -a $TARGETARCH --no-self-contained -o /out/app
RUN dotnet publish AiSimulator -c Release -a $TARGETARCH --no-self-contained -o /out/simulator
RUN dotnet publish FunctionApp -c Release -a $TARGETARCH --no-self-contained -o /out/functions

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS simulator
WORKDIR /app
COPY --from=build /out/simulator .
USER $APP_UID
EXPOSE 7081
ENTRYPOINT ["dotnet", "AiSimulator.dll"]
CMD ["--urls", "http://0.0.0.0:7081"]

FROM mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0 AS functions
ENV AzureWebJobsScriptRoot=/home/site/wwwroot AzureFunctionsJobHost__Logging__Console__IsEnabled=true AzureWebJobsDisableHomepage=true
COPY --from=build /out/functions /home/site/wwwroot

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS app
WORKDIR /app
COPY --from=build /out/app .
USER $APP_UID
EXPOSE 8080
# The image has bash and no HTTP client. Ready: PostgreSQL and Blob Storage respond.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /api/health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["dotnet", "EmbeddedHost.dll"]
# Arguments take the place of these: docker compose run --rm app keys create --user ann --operator
CMD ["--urls", "http://0.0.0.0:8080"]
