using System.Linq.Expressions;
using System.Reflection;

namespace EmbeddedFunctions.Invocation;

/// <summary>Calls a function's method, whatever its signature; the result is what the method gives once it is awaited.</summary>
internal delegate ValueTask<object?> FunctionCall(object? target, object?[] arguments);

/// <summary>Makes delegates of methods, so that a call costs no reflection.</summary>
internal static class MethodCompiler
{
    /// <summary>What a method gives once it is awaited; <see langword="null"/> for nothing.</summary>
    public static Type? ResultTypeOf(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask)) return null;
        return IsTaskOfT(type) ? type.GetGenericArguments()[0] : type;
    }

    public static FunctionCall Compile(MethodInfo method)
    {
        var target = Expression.Parameter(typeof(object), "target");
        var arguments = Expression.Parameter(typeof(object[]), "arguments");
        var values = method.GetParameters().Select((parameter, i) =>
            Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), parameter.ParameterType));
        var instance = method.IsStatic ? null : Expression.Convert(target, method.DeclaringType!);
        var call = Expression.Call(instance, method, values);
        return Expression.Lambda<FunctionCall>(Adapt(call, method.ReturnType), target, arguments).Compile();
    }

    private static Expression Adapt(Expression call, Type type)
    {
        if (type == typeof(void)) return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        if (type == typeof(Task)) return Expression.Call(Helper(nameof(AwaitTask)), call);
        if (type == typeof(ValueTask)) return Expression.Call(Helper(nameof(AwaitValueTask)), call);
        if (IsTaskOfT(type))
        {
            var name = type.IsValueType ? nameof(AwaitValueTaskOf) : nameof(AwaitTaskOf);
            return Expression.Call(Helper(name).MakeGenericMethod(type.GetGenericArguments()), call);
        }

        return Expression.New(
            typeof(ValueTask<object?>).GetConstructor([typeof(object)])!,
            Expression.Convert(call, typeof(object)));
    }

    private static bool IsTaskOfT(Type type) => type.IsGenericType
        && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>));

    private static MethodInfo Helper(string name) => typeof(MethodCompiler).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    // The awaits below stay on the caller's context: an orchestrator's continuations belong on its own scheduler.
    private static async ValueTask<object?> AwaitTask(Task task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> AwaitTaskOf<T>(Task<T> task) => await task;

    private static async ValueTask<object?> AwaitValueTask(ValueTask task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> AwaitValueTaskOf<T>(ValueTask<T> task) => await task;
}
