namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>What a run that begins anew passes on to the next one.</summary>
/// <param name="Input">The next run's input as JSON.</param>
/// <param name="PreserveUnprocessedEvents">Whether events that nobody has taken go along.</param>
/// <param name="Version">The next run's version; <see langword="null"/> keeps it.</param>
internal sealed record ContinueAsNewRequest(string? Input, bool PreserveUnprocessedEvents, string? Version);
