namespace Atelier.Generation;

/// <summary>Whether another attempt follows a failure.</summary>
public enum RetryRule
{
    /// <summary>It would fail in the same way.</summary>
    Never,

    /// <summary>One more at most among the attempts at a part: each attempt is paid for.</summary>
    Once,

    /// <summary>As the part's retry policy has it.</summary>
    AsPolicy,
}
