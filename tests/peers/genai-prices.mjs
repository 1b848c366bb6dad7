// The catalogue of @pydantic/genai-prices as a price file of ours, and what the package charges for a list of usages.
import { calcPrice, findProvider } from '@pydantic/genai-prices';

const providers = ['anthropic', 'openai', 'google', 'azure', 'aws', 'x-ai', 'deepseek', 'mistral', 'groq', 'openrouter', 'cohere', 'fireworks', 'together', 'cerebras', 'novita', 'moonshotai', 'minimax'];

// A bucket without a price of its own costs what the package falls back to.
const buckets = {
  input: ['input_mtok'],
  cache_read: ['cache_read_mtok', 'input_mtok'],
  cache_write_5m: ['cache_write_mtok', 'input_mtok'],
  cache_write_1h: ['cache_write_1h_mtok', 'cache_write_mtok', 'input_mtok'],
  input_audio: ['input_audio_mtok', 'input_mtok'],
  input_image: ['input_image_mtok', 'input_mtok'],
  output: ['output_mtok'],
  output_audio: ['output_audio_mtok', 'output_mtok'],
  output_image: ['output_image_mtok', 'output_mtok'],
};

// Tokens of audio or images that come from a cache, and searches of files, are no buckets of ours; other prices (by the request, the page, the hour) leave a model out.
const known = new Set([...Object.values(buckets).flat(), 'web_searches_kcount', 'cache_audio_read_mtok', 'cache_image_read_mtok', 'storage_searches_kcount']);
const day = (price) => price.constraint?.start_date ?? '2020-01-01';
const at = (price, threshold) => (typeof price === 'number' ? price : price.tiers.filter((tier) => tier.start <= threshold).reduce((_, tier) => tier.price, price.base));
const whole = (usd) => Math.abs(usd * 1e6 - Math.round(usd * 1e6)) < 1e-6;

function entries(provider, model) {
  const dated = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const thresholds = new Set([0, ...dated.flatMap(({ prices }) => Object.values(prices).flatMap((price) => price?.tiers?.map((tier) => tier.start) ?? []))]);
  return dated.flatMap((price) => [...thresholds].map((threshold) => {
    const usd = {};
    for (const [bucket, keys] of Object.entries(buckets)) {
      const key = keys.find((name) => price.prices[name] !== undefined);
      if (key) usd[bucket] = at(price.prices[key], threshold);
    }
    if (price.prices.web_searches_kcount !== undefined) usd.web_search = price.prices.web_searches_kcount * 1000;
    return { provider, models: [model.id], ...(threshold ? { above_input_tokens: threshold } : {}), from: day(price), usd_per_million: usd };
  }));
}

function usable(provider, model) {
  const dated = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  return !/[-.@/:]$/.test(model.id)
    && model.id === model.id.toLowerCase()
    && dated.every(({ constraint, prices }) => constraint?.type !== 'time_of_date' && prices.input_mtok !== undefined && Object.keys(prices).every((key) => known.has(key)))
    && entries(provider, model).every(({ usd_per_million }) => Object.values(usd_per_million).every(whole))
    && calcPrice({ input_tokens: 1 }, model.id, { providerId: provider })?.model.id === model.id;
}

export const genaiPricesCalls = {
  'genaiPrices.catalogue': () => ({
    format: 'patterns-llm-prices-1',
    published: '2026-11-01',
    prices: providers.flatMap((id) => findProvider({ providerId: id }).models.filter((model) => usable(id, model)).flatMap((model) => entries(id, model))),
  }),
  'genaiPrices.price': ({ calls }) => calls.map(({ provider, model, day, usage }) => calcPrice(usage, model, { providerId: provider, timestamp: new Date(day) }).total_price),
};
