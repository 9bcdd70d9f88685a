/**
 * The types of the option `hide`: what users pass, and what the rest of the package gets.
 */

/**
 * What of a span does not leave the process. Each flag has a variable, which counts where code says
 * nothing: `OPENINFERENCE_HIDE_INPUTS` for `inputs`, and so on.
 */
export interface HideOptions {
  /** What goes in: values, messages, prompts, definitions of tools, arguments, queries. */
  inputs?: boolean | undefined;
  /** What comes out: values, messages, results of tools, documents, vectors. */
  outputs?: boolean | undefined;
  /** Messages to a model, and inputs that repeat them. */
  inputMessages?: boolean | undefined;
  /** Messages of a model, and outputs that repeat them. */
  outputMessages?: boolean | undefined;
  /** Images in what goes in. */
  inputImages?: boolean | undefined;
  /** Texts in what goes in; who said it and which tools were called stays. */
  inputText?: boolean | undefined;
  /** Texts in what comes out. */
  outputText?: boolean | undefined;
  /** Prompts of completions without messages, and templates with their variables. */
  prompts?: boolean | undefined;
  /** Answers of completions without messages. */
  choices?: boolean | undefined;
  /** Definitions of tools. */
  llmTools?: boolean | undefined;
  /** How a model is asked, such as its temperature. */
  llmInvocationParameters?: boolean | undefined;
  /** Vectors. `OPENINFERENCE_HIDE_EMBEDDING_VECTORS` is the old name of its variable. */
  embeddingsVectors?: boolean | undefined;
  /** Texts that vectors are made of. */
  embeddingsText?: boolean | undefined;
  /**
   * Base64 images of more characters are hidden, in what goes in and in what comes out; `null` for
   * no limit. Environment: `OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH`.
   * @defaultValue `null`
   */
  base64ImageMaxLength?: number | null | undefined;
}

/** What is hidden, each flag by itself. */
export interface ResolvedHide {
  readonly inputs: boolean;
  readonly outputs: boolean;
  readonly inputMessages: boolean;
  readonly outputMessages: boolean;
  readonly inputImages: boolean;
  readonly inputText: boolean;
  readonly outputText: boolean;
  readonly prompts: boolean;
  readonly choices: boolean;
  readonly llmTools: boolean;
  readonly llmInvocationParameters: boolean;
  readonly embeddingsVectors: boolean;
  readonly embeddingsText: boolean;
  readonly base64ImageMaxLength: number | null;
}
