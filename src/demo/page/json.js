/**
 * The JSON of an answer, which says nothing about its type.
 * @param {Response} response
 * @returns {Promise<unknown>}
 */
export const jsonOf = (response) => response.json();
