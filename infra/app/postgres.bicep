// PostgreSQL without passwords: only Entra identities sign in. The one who deploys administers it; the app's identity gets a role of its own by a hook.
import { postgresSkuType } from '../types.bicep'

param name string
param location string
param tags object
param sku postgresSkuType
@description('Whether it is reachable from the private network alone.')
param isPrivate bool
param administratorId string
param administratorName string
param administratorType string

var databaseName = 'atelier'

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku.name, tier: sku.tier }
  properties: {
    version: '17'
    createMode: 'Default'
    authConfig: {
      activeDirectoryAuth: 'Enabled'
      passwordAuth: 'Disabled'
      tenantId: tenant().tenantId
    }
    backup: { backupRetentionDays: 7, geoRedundantBackup: 'Disabled' }
    highAvailability: { mode: 'Disabled' }
    network: { publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled' }
    storage: { storageSizeGB: sku.storageGigabytes, autoGrow: 'Enabled' }
  }
}

resource database 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2024-08-01' = {
  parent: server
  name: databaseName
  properties: { charset: 'UTF8', collation: 'en_US.utf8' }
}

// A flexible server takes one change at a time: each waits for the one before.
resource administrator 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2024-08-01' = {
  parent: server
  name: administratorId
  properties: {
    principalName: administratorName
    principalType: administratorType
    tenantId: tenant().tenantId
  }
  dependsOn: [database]
}

// 0.0.0.0 stands for Azure's own addresses: the app's and, with azd's hooks from Cloud Shell, the deployer's. Others are let in by hand.
resource azureServices 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules@2024-08-01' = if (!isPrivate) {
  parent: server
  name: 'azure-services'
  properties: { startIpAddress: '0.0.0.0', endIpAddress: '0.0.0.0' }
  dependsOn: [administrator]
}

output id string = server.id
output host string = server.properties.fullyQualifiedDomainName
output database string = database.name
