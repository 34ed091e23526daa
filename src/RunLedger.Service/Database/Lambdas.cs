using System.Linq.Expressions;

namespace RunLedger.Service.Database;

/// <summary>Conditions on values, made to conditions on the columns of a row.</summary>
static class Lambdas
{
    /// <summary>The condition, of two columns.</summary>
    public static Expression<Func<T, bool>> On<T, TFirst, TSecond>(
        this Expression<Func<TFirst, TSecond, bool>> condition,
        Expression<Func<T, TFirst>> first,
        Expression<Func<T, TSecond>> second)
    {
        var row = Expression.Parameter(typeof(T));
        var body = new Replaced(condition.Parameters[0], Column(first, row)).Visit(condition.Body);
        return Expression.Lambda<Func<T, bool>>(
            new Replaced(condition.Parameters[1], Column(second, row)).Visit(body), row);
    }

    /// <summary>The condition, of any of the columns.</summary>
    public static Expression<Func<T, bool>> OnAny<T, TValue>(
        this Expression<Func<TValue, bool>> condition, params Expression<Func<T, TValue>>[] columns)
    {
        var row = Expression.Parameter(typeof(T));
        var any = columns
            .Select(column => new Replaced(condition.Parameters[0], Column(column, row)).Visit(condition.Body))
            .Aggregate(Expression.OrElse);
        return Expression.Lambda<Func<T, bool>>(any, row);
    }

    static Expression Column<T, TValue>(Expression<Func<T, TValue>> column, ParameterExpression row) =>
        new Replaced(column.Parameters[0], row).Visit(column.Body);

    sealed class Replaced(ParameterExpression parameter, Expression value) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == parameter ? value : node;
    }
}
