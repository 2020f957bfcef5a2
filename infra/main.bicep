// Everything that Atelier needs on Azure, in one resource group. `azd up` asks for an environment name and a location; the rest has defaults.
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('Name of the azd environment. It is part of the names of the resource group and, hashed, of all resources.')
param environmentName string

@minLength(1)
@metadata({ azd: { type: 'location' } })
@description('Region of all resources. It must offer Flex Consumption and the models below.')
param location string

@allowed(['storage', 'scheduler'])
@description('Where orchestrations are kept: Azure Storage, or Durable Task Scheduler, for which the app is built with DurableBackend=scheduler.')
param durableBackend string = 'storage'

@description('Whether PostgreSQL, storage and AI are reachable from the private network alone.')
param vnetEnabled bool = false

@minLength(1)
@description('Object id of the person or principal that deploys. It administers PostgreSQL, and nothing else. azd knows it.')
param principalId string

@description('Name of that person (user principal name) or principal, by which it signs in to PostgreSQL.')
param principalName string = deployer().?userPrincipalName ?? principalId

@allowed(['User', 'Group', 'ServicePrincipal'])
@description('Kind of that principal.')
param principalType string = 'User'

@description('Client id of an app registration in Entra ID for the sign-in of people. Empty: callers show API keys.')
param authClientId string = ''

@description('User ids or e-mail addresses of operators, apart by commas.')
param operators string = ''

@description('The chat model that writes texts.')
param textModel modelType = { name: 'gpt-4.1-mini', version: '2025-04-14', capacity: 100 }

@description('The model that makes images.')
param imageModel modelType = { name: 'gpt-image-1', version: '2025-04-15', capacity: 5 }

@minValue(1)
@maxValue(1000)
@description('Most instances of the app.')
param maximumInstanceCount int = 100

@description('Size of the PostgreSQL server.')
param postgresSku postgresSkuType = { name: 'Standard_B2s', tier: 'Burstable', storageGigabytes: 32 }

@minValue(0)
@maxValue(3650)
@description('Days after which images are deleted although their campaign is still there; 0 keeps them. Campaigns are deleted by the app itself.')
param imageRetentionDays int = 0

import { modelType, postgresSkuType } from 'types.bicep'

var abbreviations = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var identityName = '${abbreviations.identity}${token}'
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: '${abbreviations.resourceGroup}${environmentName}'
  location: location
  tags: tags
}

module identity 'app/identity.bicep' = {
  scope: group
  params: {
    name: identityName
    location: location
    tags: tags
  }
}

module network 'app/network.bicep' = if (vnetEnabled) {
  scope: group
  params: {
    name: '${abbreviations.network}${token}'
    location: location
    tags: tags
  }
}

module observability 'app/observability.bicep' = {
  scope: group
  params: {
    workspaceName: '${abbreviations.logAnalytics}${token}'
    applicationInsightsName: '${abbreviations.applicationInsights}${token}'
    location: location
    tags: tags
    identityName: identityName
    identityPrincipalId: identity.outputs.principalId
  }
}

module storage 'app/storage.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.storage}${token}'
    location: location
    tags: tags
    identityName: identityName
    identityPrincipalId: identity.outputs.principalId
    keepsOrchestrations: durableBackend == 'storage'
    isPrivate: vnetEnabled
    imageRetentionDays: imageRetentionDays
  }
}

module postgres 'app/postgres.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.postgres}${token}'
    location: location
    tags: tags
    sku: postgresSku
    isPrivate: vnetEnabled
    administratorId: principalId
    administratorName: principalName
    administratorType: principalType
  }
}

module ai 'app/ai.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.cognitiveServices}${token}'
    location: location
    tags: tags
    identityName: identityName
    identityPrincipalId: identity.outputs.principalId
    isPrivate: vnetEnabled
    textModel: textModel
    imageModel: imageModel
  }
}

module scheduler 'app/scheduler.bicep' = if (durableBackend == 'scheduler') {
  scope: group
  params: {
    name: '${abbreviations.scheduler}${token}'
    location: location
    tags: tags
    identityName: identityName
    identityPrincipalId: identity.outputs.principalId
  }
}

module privateEndpoints 'app/private-endpoints.bicep' = if (vnetEnabled) {
  scope: group
  params: {
    namePrefix: '${abbreviations.privateEndpoint}${token}'
    location: location
    tags: tags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    storageId: storage.outputs.id
    hasQueuesAndTables: durableBackend == 'storage'
    postgresId: postgres.outputs.id
    aiId: ai.outputs.id
  }
}

module api 'app/api.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.functionApp}${token}'
    planName: '${abbreviations.plan}${token}'
    location: location
    tags: union(tags, { 'azd-service-name': 'api' })
    durableBackend: durableBackend
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    appSubnetId: vnetEnabled ? network!.outputs.appSubnetId : ''
    maximumInstanceCount: maximumInstanceCount
    storageName: storage.outputs.name
    deploymentContainer: storage.outputs.deploymentContainer
    imageContainer: storage.outputs.imageContainer
    postgresHost: postgres.outputs.host
    postgresDatabase: postgres.outputs.database
    postgresUser: identityName
    aiEndpoint: ai.outputs.endpoint
    textDeployment: ai.outputs.textDeployment
    imageDeployment: ai.outputs.imageDeployment
    schedulerEndpoint: durableBackend == 'scheduler' ? scheduler!.outputs.endpoint : ''
    taskHub: durableBackend == 'scheduler' ? scheduler!.outputs.taskHub : ''
    applicationInsightsConnectionString: observability.outputs.connectionString
    authClientId: authClientId
    operators: operators
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_DURABLE_BACKEND string = durableBackend
output AZURE_IDENTITY_NAME string = identityName
output AZURE_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output AZURE_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output AZURE_POSTGRES_HOST string = postgres.outputs.host
output AZURE_POSTGRES_DATABASE string = postgres.outputs.database
output AZURE_POSTGRES_ADMINISTRATOR string = principalName
output AZURE_AI_ENDPOINT string = ai.outputs.endpoint
output AZURE_TEXT_DEPLOYMENT string = ai.outputs.textDeployment
output AZURE_IMAGE_DEPLOYMENT string = ai.outputs.imageDeployment
output AZURE_VNET_ENABLED bool = vnetEnabled
output API_URL string = api.outputs.url
