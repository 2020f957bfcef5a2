using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask;

/// <summary>Makes replay-safe loggers over a context's own factory, which it asks for each time and does not own.</summary>
internal sealed class ReplayAwareLoggerFactory(TaskOrchestrationContext context, Func<ILoggerFactory> underlying) : ILoggerFactory
{
    // Contexts that wrap contexts are rare and shallow: a deeper chain is a context whose factory leads back to itself.
    private const int MaxDepth = 10;

    /// <summary>
    /// The factory under any number of replay-safe ones: a context that wraps another hands its replay-safe factory on, and each
    /// entry needs to be held back by one logger only.
    /// </summary>
    /// <exception cref="InvalidOperationException">A context's factory is built upon itself.</exception>
    public static ILoggerFactory Unwrap(ILoggerFactory factory)
    {
        for (var depth = 0; factory is ReplayAwareLoggerFactory wrapper; depth++)
        {
            if (depth == MaxDepth)
            {
                throw new InvalidOperationException(
                    "The orchestration context's LoggerFactory leads back to its own ReplaySafeLoggerFactory; it must come from the wrapped context.");
            }

            factory = wrapper.Underlying;
        }

        return factory;
    }

    private ILoggerFactory Underlying => underlying();

    public ILogger CreateLogger(string categoryName) => new ReplaySafeLogger(context, Unwrap(Underlying).CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider)
        => throw new NotSupportedException("Providers are added to the application's logging, not to an orchestration's.");

    public void Dispose()
    {
        // The underlying factory belongs to the application.
    }
}
