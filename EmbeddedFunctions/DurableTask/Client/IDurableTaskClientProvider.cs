namespace Microsoft.DurableTask.Client;

/// <summary>Gives the clients of the application.</summary>
public interface IDurableTaskClientProvider
{
    /// <summary>The client of a name; <see langword="null"/> for the default one.</summary>
    DurableTaskClient GetClient(string? name = null);
}
