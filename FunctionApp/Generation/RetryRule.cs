namespace Atelier.Generation;

/// <summary>Whether another attempt follows a failure.</summary>
public enum RetryRule
{
    /// <summary>Not retried: it would fail in the same way.</summary>
    Never,

    /// <summary>Retried once at most among the attempts at a part: each attempt is paid for.</summary>
    Once,

    /// <summary>Retried by the part's retry policy.</summary>
    AsPolicy,
}
