// Azure AI with one deployment for texts and one for images. It has no key: the app signs in with its identity.
import { modelType } from '../types.bicep'
import { roles } from 'roles.bicep'

param name string
param location string
param tags object
@description('The identity that gets its roles. The name is known before the identity is there; role assignments are named after it.')
param identityName string
param identityPrincipalId string
@description('Whether it is reachable from the private network alone.')
param isPrivate bool
param textModel modelType
param imageModel modelType

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'AIServices'
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow' }
  }
}

// An account takes one deployment at a time.
@batchSize(1)
resource deployments 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = [
  for model in [textModel, imageModel]: {
    parent: account
    name: model.name
    sku: { name: 'GlobalStandard', capacity: model.capacity }
    properties: {
      model: { format: 'OpenAI', name: model.name, version: model.version }
      versionUpgradeOption: 'NoAutoUpgrade'
    }
  }
]

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, identityName, roles.cognitiveServicesOpenAIUser)
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.cognitiveServicesOpenAIUser
    )
  }
}

output id string = account.id
output endpoint string = account.properties.endpoints['OpenAI Language Model Instance API']
output textDeployment string = deployments[0].name
output imageDeployment string = deployments[1].name
