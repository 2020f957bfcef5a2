using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedFunctions.Hosting;

/// <summary>Calls a function's method. Compiled once: a call costs no reflection.</summary>
internal sealed class FunctionCall
{
    private readonly Func<object?, object?[], object?> _method;
    private readonly ObjectFactory? _instances;
    private readonly ValueBinder[] _binders;
    private readonly ReturnedValue _returned;

    public FunctionCall(MethodInfo method, ValueBinder[] binders)
    {
        _binders = binders;
        _method = Compile(method);
        _instances = method.IsStatic ? null : ActivatorUtilities.CreateFactory(method.DeclaringType!, Type.EmptyTypes);
        _returned = ReturnedValue.For(method.ReturnType);
    }

    /// <summary>The type of what the function gives: what is inside a task, or <see langword="void"/>.</summary>
    public Type ResultType => _returned.Type;

    /// <summary>Binds, calls and awaits, on the caller's synchronization context.</summary>
    public async Task<object?> InvokeAsync(Invocation invocation)
    {
        var arguments = new object?[_binders.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var bound = _binders[i](invocation);
            arguments[i] = bound.IsCompletedSuccessfully ? bound.Result : await bound;
        }

        var instance = _instances?.Invoke(invocation.InstanceServices, null);
        try
        {
            return await _returned.AwaitAsync(_method(instance, arguments));
        }
        finally
        {
            switch (instance)
            {
                case IAsyncDisposable asynchronous:
                    await asynchronous.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
                default:
                    break;
            }
        }
    }

    private static Func<object?, object?[], object?> Compile(MethodInfo method)
    {
        var instance = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        var call = Expression.Call(
            method.IsStatic ? null : Expression.Convert(instance, method.DeclaringType!),
            method,
            method.GetParameters().Select((p, i) => Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), p.ParameterType)));
        Expression body = method.ReturnType == typeof(void)
            ? Expression.Block(call, Expression.Constant(null))
            : Expression.Convert(call, typeof(object));
        return Expression.Lambda<Func<object?, object?[], object?>>(body, instance, arguments).Compile();
    }
}

/// <summary>Gives the value of one parameter.</summary>
internal delegate ValueTask<object?> ValueBinder(Invocation invocation);
