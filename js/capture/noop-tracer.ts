/**
 * A tracer whose spans record nothing. They carry on the trace that they are in, so that what comes
 * in over the network still goes out.
 */
import {
  type Context,
  context as contextApi,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
} from "@opentelemetry/api";

class NoopTracer implements Tracer {
  startSpan(_name: string, options?: SpanOptions, context: Context = contextApi.active()): Span {
    const parent = options?.root === true ? undefined : trace.getSpanContext(context);
    return trace.wrapSpanContext(parent ?? INVALID_SPAN_CONTEXT);
  }

  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: unknown[]
  ): ReturnType<F> {
    const fn = rest.pop() as (span: Span) => ReturnType<F>;
    const [options, given] = rest as [SpanOptions?, Context?];
    const parent = given ?? contextApi.active();
    const span = this.startSpan(name, options, parent);
    return contextApi.with(trace.setSpan(parent, span), fn, undefined, span);
  }
}

export const NOOP_TRACER: Tracer = new NoopTracer();
