// A private endpoint for each service that the app uses, with the DNS zone by which the app finds it.
param namePrefix string
param location string
param tags object
param networkId string
param subnetId string
param storageId string
@description('Whether the storage account keeps orchestrations, in queues and tables.')
param hasQueuesAndTables bool
param postgresId string
param aiId string

var storageZones = map(
  concat(['blob'], hasQueuesAndTables ? ['queue', 'table'] : []),
  kind => {
    name: kind
    serviceId: storageId
    group: kind
    zones: ['privatelink.${kind}.${environment().suffixes.storage}']
  }
)
var endpoints = concat(storageZones, [
  {
    name: 'postgres'
    serviceId: postgresId
    group: 'postgresqlServer'
    zones: ['privatelink.postgres.database.azure.com']
  }
  {
    name: 'ai'
    serviceId: aiId
    group: 'account'
    zones: [
      'privatelink.cognitiveservices.azure.com'
      'privatelink.openai.azure.com'
      'privatelink.services.ai.azure.com'
    ]
  }
])
var zoneNames = flatten(map(endpoints, endpoint => endpoint.zones))

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in zoneNames: {
    name: zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, n) in zoneNames: {
    parent: zones[n]
    name: 'app'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: networkId }
    }
  }
]

module privateEndpoints 'private-endpoint.bicep' = [
  for endpoint in endpoints: {
    params: {
      name: '${namePrefix}-${endpoint.name}'
      location: location
      tags: tags
      subnetId: subnetId
      serviceId: endpoint.serviceId
      group: endpoint.group
      zones: endpoint.zones
    }
    dependsOn: [zones]
  }
]
