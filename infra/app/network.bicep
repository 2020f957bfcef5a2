// The private network: a subnet that the app is in, and one for the endpoints of what it uses.
param name string
param location string
param tags object

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.0.0.0/24'
          delegations: [
            // Flex Consumption runs its apps there.
            { name: 'app', properties: { serviceName: 'Microsoft.App/environments' } }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.0.1.0/24'
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }

  resource app 'subnets' existing = { name: 'app' }
  resource endpoints 'subnets' existing = { name: 'endpoints' }
}

output id string = network.id
output appSubnetId string = network::app.id
output endpointSubnetId string = network::endpoints.id
