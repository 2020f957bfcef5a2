// One service inside the private network, under the names of its DNS zones.
param name string
param location string
param tags object
param subnetId string
param serviceId string
@description('Which part of the service, such as blob.')
param group string
@description('DNS zones in this resource group.')
param zones string[]

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: name
        properties: { privateLinkServiceId: serviceId, groupIds: [group] }
      }
    ]
  }
}

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      for zone in zones: {
        name: replace(zone, '.', '-')
        properties: { privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', zone) }
      }
    ]
  }
}
