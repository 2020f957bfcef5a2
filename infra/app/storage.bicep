// Images, the app's packages and, where it keeps orchestrations, their queues and tables. Nobody has a key to it.
import { roles } from 'roles.bicep'

param name string
param location string
param tags object
@description('The identity that gets its roles. The name is known before the identity is there; role assignments are named after it.')
param identityName string
param identityPrincipalId string
@description('Whether orchestrations are kept here, in queues and tables.')
param keepsOrchestrations bool
@description('Whether it is reachable from the private network alone.')
param isPrivate bool
@description('Days after which an image is deleted; 0 keeps all.')
param imageRetentionDays int

var deploymentContainerName = 'deployments'
var imageContainerName = 'campaign-images'

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [
  for container in [deploymentContainerName, imageContainerName]: {
    parent: blobs
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = if (imageRetentionDays > 0) {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'delete-old-images'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${imageContainerName}/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: imageRetentionDays } } }
          }
        }
      ]
    }
  }
}

var assigned = concat(
  [roles.storageBlobDataOwner],
  keepsOrchestrations ? [roles.storageQueueDataContributor, roles.storageTableDataContributor] : []
)

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in assigned: {
    scope: account
    name: guid(account.id, identityName, role)
    properties: {
      principalId: identityPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

output id string = account.id
output name string = account.name
output deploymentContainer string = deploymentContainerName
output imageContainer string = imageContainerName
