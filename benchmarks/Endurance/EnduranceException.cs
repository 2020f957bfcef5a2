namespace Endurance;

/// <summary>Something that is needed to try the promises out did not work.</summary>
internal sealed class EnduranceException(string message) : Exception(message);
