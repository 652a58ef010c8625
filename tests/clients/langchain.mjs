// LangChain for JavaScript: a chat with the model that the first argument names, whole and streamed.
import { ChatBedrockConverse } from "@langchain/aws";

const [, , model] = process.argv;
const chat = new ChatBedrockConverse({ model });
const found = {};

const message = await chat.invoke("How is the weather?");
found.invoke = message.content;
found.outputTokens = message.usage_metadata.output_tokens;

found.stream = "";
for await (const piece of await chat.stream("How is the weather?")) {
  found.stream += piece.content;
  found.outputTokensOfStream = piece.usage_metadata?.output_tokens ?? found.outputTokensOfStream;
}

console.log(JSON.stringify(found));
