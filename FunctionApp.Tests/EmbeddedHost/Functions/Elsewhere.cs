using System.Runtime.CompilerServices;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>
/// What an orchestrator must not await: something that goes on from a thread of its own. Unlike a task it is never complete when it is awaited, so that
/// it cannot be passed through unnoticed.
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
