// Durable Task Scheduler, as the place where orchestrations are kept.
import { roles } from 'roles.bicep'

param name string
param location string
param tags object
@description('The identity that gets its roles. The name is known before the identity is there; role assignments are named after it.')
param identityName string
param identityPrincipalId string

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    ipAllowlist: ['0.0.0.0/0']
    sku: { name: 'Consumption' }
  }
}

resource hub 'Microsoft.DurableTask/schedulers/taskHubs@2025-11-01' = {
  parent: scheduler
  name: 'atelier'
  properties: {}
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: hub
  name: guid(hub.id, identityName, roles.durableTaskDataContributor)
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.durableTaskDataContributor
    )
  }
}

output endpoint string = scheduler.properties.endpoint
output taskHub string = hub.name
