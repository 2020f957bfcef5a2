namespace Atelier.Generation;

/// <summary>Where a provider is.</summary>
/// <param name="Name">The provider's name.</param>
/// <param name="Endpoint">Its base address.</param>
public sealed record ProviderAddress(string Name, Uri Endpoint);
