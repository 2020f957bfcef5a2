using System.Reflection;

namespace EmbeddedFunctions.Invocation;

/// <summary>Calls a function's method, whatever its signature; the result is what the method gives once it is awaited.</summary>
internal delegate ValueTask<object?> FunctionCall(object? target, object?[] arguments);

/// <summary>Makes delegates of methods.</summary>
/// <remarks>
/// By the runtime's own invokers, which turn to emitted code by themselves where a method is called often. Compiled expressions load a compiler of
/// their own into the process.
/// </remarks>
internal static class MethodCalls
{
    /// <summary>What a method gives once it is awaited; <see langword="null"/> for nothing.</summary>
    public static Type? ResultTypeOf(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask)) return null;
        return IsTaskOfT(type) ? type.GetGenericArguments()[0] : type;
    }

    public static FunctionCall Of(MethodInfo method)
    {
        var invoker = MethodInvoker.Create(method);
        var awaited = Awaited(method.ReturnType);
        return (target, arguments) => awaited(invoker.Invoke(target, arguments.AsSpan()));
    }

    private static Func<object?, ValueTask<object?>> Awaited(Type type)
    {
        if (type == typeof(Task)) return AwaitTask;
        if (type == typeof(ValueTask)) return AwaitValueTask;
        if (!IsTaskOfT(type)) return ValueTask.FromResult;

        var name = type.IsValueType ? nameof(AwaitValueTaskOf) : nameof(AwaitTaskOf);
        return typeof(MethodCalls).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<Func<object?, ValueTask<object?>>>();
    }

    private static bool IsTaskOfT(Type type) => type.IsGenericType
        && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>));

    // The awaits below stay on the caller's context: an orchestrator's continuations belong on its own scheduler.
    private static async ValueTask<object?> AwaitTask(object? task)
    {
        await (Task)task!;
        return null;
    }

    private static async ValueTask<object?> AwaitTaskOf<T>(object? task) => await (Task<T>)task!;

    private static async ValueTask<object?> AwaitValueTask(object? task)
    {
        await (ValueTask)task!;
        return null;
    }

    private static async ValueTask<object?> AwaitValueTaskOf<T>(object? task) => await (ValueTask<T>)task!;
}
