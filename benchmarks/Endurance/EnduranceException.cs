namespace Endurance;

/// <summary>The trial itself could not be run.</summary>
internal sealed class EnduranceException(string message) : Exception(message);
