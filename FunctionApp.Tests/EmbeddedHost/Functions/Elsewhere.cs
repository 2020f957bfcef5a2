using System.Runtime.CompilerServices;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>
/// What an orchestrator must not await: something that continues on another thread. Unlike a task it is never complete when it is awaited, so the
/// await is always noticed.
/// </summary>
internal readonly struct Elsewhere : INotifyCompletion
{
    public bool IsCompleted => false;

    public Elsewhere GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation)
    {
        var context = SynchronizationContext.Current;
        new Thread(() =>
        {
            if (context is null) continuation();
            else context.Post(_ => continuation(), null);
        }).Start();
    }
}
