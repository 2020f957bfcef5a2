using Atelier.Generation.Failures;

namespace Atelier.Generation.Calls;

/// <summary>Runs one call to a provider under a deadline, and turns any exception into the one failure type.</summary>
/// <param name="provider">The provider's name.</param>
/// <param name="timeout">How long the call may take in all, including the reading of its response.</param>
/// <param name="classifier">Maps failures to their codes.</param>
/// <param name="time">The clock of the deadline.</param>
internal sealed class ProviderCaller(string provider, TimeSpan timeout, FailureClassifier classifier, TimeProvider time)
{
    /// <summary>The provider's name.</summary>
    public string Provider => provider;

    /// <summary>Maps failures to their codes.</summary>
    public FailureClassifier Failures => classifier;

    /// <summary>Runs the call.</summary>
    /// <param name="call">The call; the token it is given ends it at the deadline too.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="GenerationException">The call failed or its time was up.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        // Client libraries differ in what their own timeouts cover, such as the reading of the response.
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await call(either.Token);
        }
        catch (GenerationException)
        {
            throw;
        }
        catch (Exception e)
        {
            // A canceled call may end in any exception; what counts is which token was canceled.
            cancellationToken.ThrowIfCancellationRequested();
            throw classifier.FromException(provider, deadline.IsCancellationRequested ? new TimeoutException() : e);
        }
    }
}
