@export()
@description('A model of Azure AI, deployed under its own name.')
type modelType = {
  @description('The model\'s name, such as gpt-4.1-mini.')
  name: string
  @description('The model\'s version.')
  version: string
  @minValue(1)
  @description('Capacity: thousands of tokens a minute for texts, units of the quota for images.')
  capacity: int
}

@export()
@description('Size of a PostgreSQL flexible server.')
type postgresSkuType = {
  @description('Such as Standard_B2s or Standard_D2ds_v5.')
  name: string
  tier: 'Burstable' | 'GeneralPurpose' | 'MemoryOptimized'
  @minValue(32)
  storageGigabytes: int
}
