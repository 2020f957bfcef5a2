// The app on Flex Consumption.
param name string
param planName string
param location string
param tags object
@allowed(['storage', 'scheduler'])
param durableBackend string
param identityId string
param identityClientId string
@description('The subnet that the app is in; empty for none.')
param appSubnetId string
param maximumInstanceCount int
param storageName string
param deploymentContainer string
param imageContainer string
param postgresHost string
param postgresDatabase string
@description('The role of the app\'s identity in PostgreSQL.')
param postgresUser string
param aiEndpoint string
param textDeployment string
param imageDeployment string
param schedulerEndpoint string
param taskHub string
param applicationInsightsConnectionString string
@description('Client id of the app registration for the sign-in of people; empty: callers show API keys.')
param authClientId string
param operators string

var usesSignIn = !empty(authClientId)
var url = 'https://${name}.azurewebsites.net'
var storageSuffix = environment().suffixes.storage

var settings = union(
  {
    AZURE_CLIENT_ID: identityClientId
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    AzureWebJobsStorage__blobServiceUri: 'https://${storageName}.blob.${storageSuffix}'
    AzureWebJobsDisableHomepage: 'true'
    APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    ConnectionStrings__Postgres: 'Host=${postgresHost};Database=${postgresDatabase};Username=${postgresUser};SSL Mode=VerifyFull'
    // The app's role may not change the schema: azd's hook does that.
    Database__MigrateOnStart: 'false'
    Images__Container: imageContainer
    Providers__Text: 'azure-openai'
    Providers__Image: 'azure-openai'
    Providers__AzureOpenAI__Endpoint: aiEndpoint
    Providers__AzureOpenAI__TextDeployment: textDeployment
    Providers__AzureOpenAI__ImageDeployment: imageDeployment
    PublicUrl: url
    Access__Mode: usesSignIn ? 'EasyAuth' : 'ApiKey'
  },
  empty(operators) ? {} : { Access__Operators: operators },
  durableBackend == 'storage'
    ? {
        AzureWebJobsStorage__queueServiceUri: 'https://${storageName}.queue.${storageSuffix}'
        AzureWebJobsStorage__tableServiceUri: 'https://${storageName}.table.${storageSuffix}'
        // The least: after a crash, another instance has its work after a minute and not after five. A call that takes longer renews its message.
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__controlQueueVisibilityTimeout: '00:01:00'
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__workItemQueueVisibilityTimeout: '00:01:00'
      }
    : {},
  durableBackend == 'scheduler'
    ? {
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
        AzureFunctionsJobHost__extensions__durableTask__hubName: taskHub
        DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'
        TASKHUB_NAME: taskHub
      }
    : {}
)

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(appSubnetId) ? null : appSubnetId
    siteConfig: {
      minTlsVersion: '1.2'
      http20Enabled: true
      appSettings: map(items(settings), setting => { name: setting.key, value: setting.value })
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: 'https://${storageName}.blob.${storageSuffix}/${deploymentContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstanceCount
        // One instance is always there for orchestrations: none waits for a cold start.
        alwaysReady: [{ name: 'durable', instanceCount: 1 }]
      }
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource signIn 'config' = if (usesSignIn) {
    name: 'authsettingsV2'
    properties: {
      globalValidation: {
        requireAuthentication: true
        unauthenticatedClientAction: 'RedirectToLoginPage'
        redirectToProvider: 'azureactivedirectory'
        // Probes, the providers' signed callbacks and visitors of a share come from nobody who could sign in.
        excludedPaths: ['/api/health/live', '/api/health/ready', '/api/callbacks/*', '/api/shared/*', '/s/*', '/assets/*', '/favicon.svg']
      }
      httpSettings: { requireHttps: true }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: authClientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
          }
          validation: { allowedAudiences: [authClientId, 'api://${authClientId}'] }
        }
      }
      login: { tokenStore: { enabled: false } }
      platform: { enabled: true }
    }
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
