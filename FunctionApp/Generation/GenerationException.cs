namespace Atelier.Generation;

/// <summary>The failure of a call to a provider: the one failure type of every provider.</summary>
public sealed class GenerationException : Exception
{
    /// <summary>The most characters that a message has.</summary>
    public const int MaxMessageLength = 500;

    /// <summary>Creates the failure.</summary>
    /// <param name="code">One of <see cref="GenerationErrorCodes"/>.</param>
    /// <param name="message">One or two sentences for a person, without secrets; cut to <see cref="MaxMessageLength"/>.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="innerException">What the client library threw.</param>
    public GenerationException(string code, string message, string provider, Exception? innerException = null)
        : base(Cut(message), innerException)
    {
        Code = code;
        Provider = provider;
    }

    /// <summary>What went wrong, one of <see cref="GenerationErrorCodes"/>.</summary>
    public string Code { get; }

    /// <summary>The provider's name.</summary>
    public string Provider { get; }

    /// <summary>Whether another attempt can help. Default: false.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long the provider asked to wait, counted from when the failure was raised. Default: it did not ask.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The hold because of which the call was not made. Default: the provider was called.</summary>
    public ProviderHold? Hold { get; init; }

    /// <summary>The HTTP status of the provider's response. Default: there was no response.</summary>
    public int? HttpStatus { get; init; }

    // Never between the two halves of a surrogate pair.
    private static string Cut(string message)
    {
        if (message.Length <= MaxMessageLength)
            return message;
        var length = MaxMessageLength - (char.IsHighSurrogate(message[MaxMessageLength - 2]) ? 2 : 1);
        return string.Concat(message.AsSpan(0, length), "…");
    }
}
